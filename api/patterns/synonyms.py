"""Words that programmers use for one another, a group a line; a word may be in several groups."""

from __future__ import annotations

from .stemming import stem

# Of the trade and not of one code base: what people say, beside what code calls it.
_GROUPS = """
url uri link href address web location hyperlink
url uri address host route endpoint
folder directory dir
file filename path filepath
path location place folder where
text string str unicode char character
bytes binary buffer raw blob octet
number int integer numeric digit float
list sequence array collection iterable vector
item element entry member
dict dictionary mapping map object
set unique distinct
unique distinct duplicate dedupe deduplicate once
bool boolean flag
none null nothing empty missing absent unset blank
check test verify validate ensure assert valid
find search lookup locate discover detect
get fetch retrieve obtain access read
load read open import fetch
save store write persist dump put
store storage
manager mgr
serialize dump encode marshal pickle json
deserialize load parse decode unmarshal unpickle
parse read interpret analyse analyze tokenize
remove delete drop discard clear erase purge unlink pop
clear reset empty flush wipe clean erase
reset restart again restore zero
add append insert push extend attach include
register add subscribe connect install attach
create make build construct generate new produce
change modify update alter edit replace adjust
replace substitute swap sub
convert transform translate turn cast coerce map adapt
join merge combine concat concatenate union unite
mix blend merge interpolate
split cut divide partition separate break chunk slice
piece part chunk segment section block fragment portion
sort order arrange rank
reverse backward invert flip
count number tally length size len many
start begin launch run boot
run execute launch invoke call
call invoke dispatch apply execute
stop end finish close terminate quit exit halt abort kill
raise throw
error exception failure fault problem fail
catch handle except suppress ignore
warn warning deprecated deprecation
wait sleep delay pause timeout
retry repeat again attempt
repeat loop cycle multiply
loop iterate iterator iterable walk traverse generator
walk traverse visit recursive recurse descend
nested recursive deep inner
random shuffle sample
time clock duration second elapsed timer timing
date day calendar datetime
user account person
password secret credential token sensitive
hide mask obfuscate redact censor
encrypt cipher sign crypto
hash digest checksum fingerprint
safe secure trusted
print show display output echo write render
draw render paint display plot
screen terminal console display tty
terminal console tty window
cursor caret
output stdout
input stdin
message notification mail
log record trace logger logging
color colour shade hue
background foreground
width wide column size
height tall row line
max maximum largest biggest greatest highest widest longest
min minimum smallest least lowest shortest
limit max bound cap restrict
first head leading start initial
last tail trailing end final
next following
previous prior before
current active present
escape quote
unquote unescape
encode convert escape
encoding charset codec
clean sanitize normalize strip trim
strip trim whitespace
whitespace space blank
newline line linebreak break
row line record
word token term
name label title identifier id
function callable method func
decorator wrap wrapper decorate
argument arg parameter param option
option argument setting flag switch
class type kind
object instance value anything
module package import
child nested sub descendant
parent ancestor super base
copy clone duplicate
equal same identical compare eq
difference diff delta compare
temporary temp tmp
environment env
setting config configuration preference option conf
application app program
server host backend service
dev development debug
command subcommand cli
request outgoing query req
response reply answer resp
header metadata
query search params
form field input
browser client agent
redirect send forward
serve send deliver static
static asset resource
page document
html markup tag
view page handler endpoint
status code
thread async concurrent parallel
async asyncio coroutine await event
sync blocking synchronous
lock mutex
cache memoize remember memo
lazy deferred delayed
event signal hook callback listener
listener receiver handler subscriber observer
send emit publish dispatch deliver fire
receive accept listen
compress zip gzip deflate archive
extract unpack unzip
default fallback otherwise
permission allowed permitted authorize access
allow permit accept
forbid deny refuse reject prevent
login authenticate auth sign
skip ignore exclude omit
match pattern regex fit
glob pattern wildcard fnmatch
filter condition lookup where
prefix start begin
suffix ending extension ext
format layout style
shorten truncate abbreviate
wrap fold break
shrink reduce decrease lower smaller
grow increase expand enlarge
pad fill align justify
shift move offset indent
indent indentation
round ceil floor
average mean
sum total add
ratio proportion fraction share percent
consecutive sequence successive adjacent
ascending increasing sorted
group bucket partition
compile compiler build
source code
code program source
export generate write printer
language locale translation i18n
locale language
translate translation gettext
version release
installed available exist exists
available exist has
exist present has contain
contain include in has
database db sqlite sql
table relation
field column attribute
value content data
content body data payload
upload file
open launch
port
socket connection
connection connect link
session
cookie session
live alive active
attach bind associate
documentation docstring doc help
help usage
paragraph section
hint suggestion
similar close like nearest
image picture photo
number count
index position place offset
position location place offset
range interval span between
point coordinate
absolute full abs complete
relative
full complete absolute whole entire
global shared everywhere
shared common
private internal hidden
public exported
convert str
choose select pick resolve
select choose option
try attempt
handle handler process
process handle
job task work worker
task job
queue pending
schedule cron plan
stream iterate chunk
pipe stream
tree hierarchy node
node vertex
graph network
edge arc
matrix array
expression formula
solve solution
simplify reduce
derivative diff differentiate
integral integrate
template macro
weak weakref reference ref
safe secure trusted escape
drawable render
"""


def _by_start() -> dict[str, dict[str, frozenset[str]]]:
    """Return the groups of each word, by the two letters that it begins with."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for line in _GROUPS.splitlines():
        group = frozenset(line.split())
        for word in group:
            known = found.setdefault(word[:2], {})
            known[word] = known.get(word, frozenset()) | group
    return found


_BY_START: dict[str, dict[str, frozenset[str]]] = {}


def synonyms(word: str) -> set[str]:
    """Return the words that may be used for a word, in any of its forms, without it."""
    if not _BY_START:
        _BY_START.update(_by_start())
    own = stem(word)
    # No stem has another beginning than its word; to stem all words would take longer than the
    # rest of a question.
    found: set[str] = set()
    for each, group in _BY_START.get(word[:2].lower(), {}).items():
        if stem(each) == own:
            found |= group
    return {each for each in found if stem(each) != own}
