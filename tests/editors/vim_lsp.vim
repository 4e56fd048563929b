" What is done in Vim with vim-lsp: findings are waited for, a definition is gone to.
execute 'set runtimepath^=' . $FLUX_INDEX_VIM_LSP
runtime! plugin/lsp.vim
execute 'source ' . $FLUX_INDEX_VIMRC
doautocmd lsp_auto_enable VimEnter
edit main.py

function! s:found() abort
  let l:found = []
  let l:uri = lsp#utils#get_buffer_uri()
  let l:servers = lsp#internal#diagnostics#state#_get_all_diagnostics_grouped_by_server_for_uri(l:uri)
  for l:told in values(l:servers)
    for l:each in l:told.params.diagnostics
      call add(l:found, [l:each.range.start.line + 1, l:each.range.start.character + 1, l:each.message])
    endfor
  endfor
  return l:found
endfunction

let s:tries = 0
while s:tries < 600 && empty(s:found())
  sleep 100m
  let s:tries += 1
endwhile
let s:seen = s:found()
call cursor(3, 10)
LspDefinition
let s:tries = 0
while s:tries < 600 && expand('%:t') !=# 'shapes.py'
  sleep 100m
  let s:tries += 1
endwhile
call writefile([json_encode({'found': s:seen, 'at': [expand('%:t'), line('.')]})], $FLUX_INDEX_SEEN)
qall!
