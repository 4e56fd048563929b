"""What is in containers: displays, what is put into them, iteration, unpacking, the library."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapes_fixture import check_types

DISPLAYS = {
    "list, tuple, set, dict": """
        a, b, c, d = [Box()], (Box(), Bag()), {Box()}, {"x": Box()}
        a[0].${Box1}area()
        b[1].${Bag1}area()
        c.pop().${Box2}area()
        d["x"].${Box3}area()
        d.get("x").${Box4}area()
        d.get("x", Bag()).${both1}area()
        [Box(), Bag()][0].${Box5}area()
    """,
    "collections by their names in typing": """
        import typing
        class Shelf(typing.DefaultDict[str, Box]): ...
        def f(boxes: typing.DefaultDict[str, Box], shelf: Shelf, queue: typing.Deque[Bag]):
            for name, box in boxes.items():
                box.${Box1}area()
            for box in shelf.values():
                box.${Box2}area()
            queue.popleft().${Bag1}area()
    """,
    "constant keys": """
        second = 1
        shelf = [Box(), Bag(), {"in": Box(), "out": Bag()}]
        shelf[0].${Box1}area()
        shelf[second].${Bag1}area()
        shelf[-1]["in"].${Box2}area()
        first, last, _ = shelf
        last.${Bag2}area()
        grown = [Bag()]
        grown.append(Box())
        grown[0].${Bag3}area()
        declared: list[Box] = [Bag()]
        declared[0].${Box3}area()
    """,
    "spread": """
        boxes = [Box()]
        [*boxes][0].${Box1}area()
        (*boxes, Bag())[0].${both1}area()
        {**{"x": Box()}}["x"].${Box2}area()
        {*boxes}.pop().${Box3}area()
    """,
    "slices": """
        def f(boxes: list[Box], pair: tuple[Box, Bag]):
            boxes[1:][0].${Box1}area()
            boxes[:-1:2][0].${Box2}area()
            pair[1:][0].${Bag1}area()
            for bag in pair[1:]:
                bag.${Bag2}area()
    """,
    "comprehensions": """
        names = ["a"]
        boxes = [Box() for name in names]
        boxes[0].${Box1}area()
        {name: Box() for name in names}["a"].${Box2}area()
        {Box() for name in names}.pop().${Box3}area()
        next(Box() for name in names).${Box4}area()
        [each.${Box5}area() for each in boxes if each]
        for key, box in {Box(): Bag() for name in names}.items():
            box.${Bag1}area()
        list(box for box in boxes)[0].${Box6}area()
        [b for bs in [boxes] for b in bs][0].${Box7}area()
    """,
    "repeated and added lists": """
        boxes = [Box()] * 3
        boxes[0].${Box1}area()
        (boxes + boxes)[0].${Box2}area()
        ([Box()] + [Bag()])[0].${both}area()
    """,
    "dictionary of functions and of classes": """
        def make(): return Box()
        makers = {"x": make, "y": Bag}
        makers["x"]().${both}area()
        by_name = {"box": Box}
        by_name["box"]().${Box}area()
        by_name.get(x)().${Box2}area()
    """,
}

FILLED = {
    "append and extend": """
        boxes = []
        boxes.append(Box())
        boxes[0].${Box1}area()
        for box in boxes:
            box.${Box2}area()
        bags = []
        bags.extend([Bag()])
        bags[0].${Bag1}area()
        others = list()
        others.insert(0, Bag())
        others.pop().${Bag2}area()
    """,
    "append in a function": """
        def f(n):
            found = []
            for i in range(n):
                found.append(Box())
            return found
        f(3)[0].${Box}area()
    """,
    "attribute that is filled": """
        class Shelf:
            def __init__(self):
                self.boxes = []
                self.by_name = {}
                self.seen = set()
            def add(self, name):
                self.boxes.append(Box())
                self.by_name[name] = Bag()
                self.seen.add(Box())
            def f(self):
                self.boxes[0].${Box1}area()
                self.by_name["x"].${Bag1}area()
                for name, bag in self.by_name.items():
                    bag.${Bag2}area()
                for box in self.seen:
                    box.${Box2}area()
        Shelf().boxes[0].${Box3}area()
    """,
    "items of a dictionary": """
        boxes = {}
        boxes["x"] = Box()
        boxes["x"].${Box1}area()
        boxes.get("y").${Box2}area()
        for box in boxes.values():
            box.${Box3}area()
    """,
    "setdefault and update": """
        boxes = {}
        boxes.setdefault("x", Box()).${Box1}area()
        boxes["y"].${Box2}area()
        lists = {}
        lists.setdefault("x", []).append(Box())
        bags = {}
        bags.update({"x": Bag()})
        bags["x"].${Bag}area()
    """,
    "added with +=": """
        boxes = []
        boxes += [Box()]
        boxes[0].${Box}area()
    """,
    "containers of containers": """
        groups = {}
        for name in names:
            groups.setdefault(name, []).append(Box())
        groups["x"][0].${Box1}area()
        for name, boxes in groups.items():
            for box in boxes:
                box.${Box2}area()
        nested = {}
        nested["a"] = {}
        nested["a"]["b"] = Bag()
        nested["a"]["b"].${Bag1}area()
    """,
    "closure that fills": """
        def outer():
            found = []
            def visit(x):
                found.append(Box())
            visit(1)
            return found
        outer()[0].${Box}area()
    """,
    "what is put in when it is already known": """
        boxes = [Box()]
        boxes.append(unknown())
        boxes[0].${Box}area()
    """,
    "another container of the same name": """
        def f():
            found = []
            found.append(Box())
            return found
        def g():
            found = []
            found.append(Bag())
            return found
        f()[0].${Box}area()
        g()[0].${Bag}area()
    """,
    "annotation wins": """
        boxes: list[Box] = []
        boxes.append(Bag())
        boxes[0].${Box}area()
    """,
    "default dictionary": """
        from collections import defaultdict
        boxes = defaultdict(Box)
        boxes["x"].${Box1}area()
        lists = defaultdict(list)
        lists["x"].append(Box())
        lists["y"][0].${Box2}area()
        made = defaultdict(lambda: Bag())
        made["x"].${Bag}area()
    """,
    "deque and others": """
        from collections import ChainMap, OrderedDict, deque
        queue = deque()
        queue.append(Box())
        queue.popleft().${Box1}area()
        ordered = OrderedDict()
        ordered["x"] = Box()
        ordered["x"].${Box2}area()
        deque([Bag()])[0].${Bag1}area()
        ChainMap({"x": Box()})["x"].${Box3}area()
        deque(maxlen=3).pop().${nothing}area()
    """,
    "counter": """
        from collections import Counter
        counts = Counter([Box()])
        for box, n in counts.most_common(3):
            box.${Box}area()
    """,
}

ITERATION = {
    "enumerate, zip, reversed, sorted": """
        boxes, bags = [Box()], [Bag()]
        for i, box in enumerate(boxes):
            box.${Box1}area()
        for box, bag in zip(boxes, bags):
            box.${Box2}area()
            bag.${Bag1}area()
        for box in reversed(boxes):
            box.${Box3}area()
        sorted(boxes)[0].${Box4}area()
        for i, (box, bag) in enumerate(zip(boxes, bags), start=1):
            bag.${Bag2}area()
    """,
    "map and filter": """
        def to_bag(box): return Bag()
        boxes = [Box()]
        list(map(to_bag, boxes))[0].${Bag1}area()
        for box in filter(None, boxes):
            box.${Box1}area()
        for bag in map(lambda box: Bag(), boxes):
            bag.${Bag2}area()
        list(map(lambda box: box.${Box2}area(), boxes))
        for box in filter(lambda box: box.${Box3}area(), boxes):
            box.${Box4}area()
    """,
    "keys of sorting": """
        boxes = [Box()]
        sorted(boxes, key=lambda box: box.${Box1}area())
        boxes.sort(key=lambda box: box.${Box2}area())
        max(boxes, key=lambda box: box.${Box3}area()).${Box4}area()
        min(boxes).${Box5}area()
    """,
    "next and iter": """
        boxes = [Box()]
        next(iter(boxes)).${Box1}area()
        next((box for box in boxes if box), None).${Box2}area()
        it = iter(boxes)
        next(it).${Box3}area()
    """,
    "dictionary views": """
        boxes = {Bag(): Box()}
        for bag, box in boxes.items():
            bag.${Bag1}area()
            box.${Box1}area()
        for bag in boxes:
            bag.${Bag2}area()
        for bag in boxes.keys():
            bag.${Bag3}area()
        list(boxes.values())[0].${Box2}area()
        boxes.pop(0).${Box3}area()
        boxes.popitem()[1].${Box4}area()
    """,
    "unpacking": """
        (a, b), c = (Box(), Bag()), Box()
        a.${Box1}area()
        b.${Bag1}area()
        first, *rest = [Box()]
        first.${Box2}area()
        rest[0].${Box3}area()
        x, *y, z = Box(), Bag(), Bag(), Box()
        x.${Box4}area()
        y[0].${Bag2}area()
        z.${Box5}area()
        [p, q] = Box(), Bag()
        q.${Bag3}area()
        a, b = b, a
        a.${Bag4}area()
    """,
    "own iterator": """
        class Shelf:
            def __iter__(self):
                return iter([Box()])
        class Rack:
            def __iter__(self):
                yield Box()
        class Pile:
            def __iter__(self): return self
            def __next__(self): return Box()
        class Old:
            def __getitem__(self, i): return Box()
        for box in Shelf():
            box.${Box1}area()
        for box in Rack():
            box.${Box2}area()
        for box in Pile():
            box.${Box3}area()
        for box in Old():
            box.${Box4}area()
        list(Rack())[0].${Box5}area()
        [b for b in Rack()][0].${Box6}area()
        first, second = Rack()
        second.${Box7}area()
        boxes = [*Pile()]
        boxes[0].${Box8}area()
    """,
    "own list": """
        class Shelf(list[Box]): ...
        class Index(dict[str, Bag]): ...
        Shelf()[0].${Box1}area()
        for box in Shelf():
            box.${Box2}area()
        Index()["x"].${Bag1}area()
        for name, bag in Index().items():
            bag.${Bag2}area()
    """,
    "subscripts of one's own": """
        class Shelf:
            def __getitem__(self, key) -> Box: ...
        Shelf()["x"].${Box1}area()
        Shelf()[1:2].${Box2}area()
    """,
    "itertools": """
        import itertools
        from itertools import chain, groupby, product
        boxes, bags = [Box()], [Bag()]
        for box in itertools.chain(boxes, boxes):
            box.${Box1}area()
        for box in chain.from_iterable([boxes]):
            box.${Box2}area()
        for box, bag in product(boxes, bags):
            bag.${Bag1}area()
        for key, group in groupby(boxes, key=str):
            for box in group:
                box.${Box3}area()
        for box in itertools.islice(boxes, 3):
            box.${Box4}area()
        for left, right in itertools.zip_longest(boxes, bags):
            left.${Box5}area()
        for box in itertools.cycle(boxes):
            box.${Box6}area()
    """,
    "reduce": """
        from functools import reduce
        reduce(lambda a, b: a, [Box()]).${Box}area()
    """,
    "await in a generator expression": """
        async def box() -> Box: ...
        async def bags() -> list[Bag]: ...
        async def f():
            async for one in (await box() for _ in [1]):
                one.${Box1}area()
            async for one in (box for box in [Box()] if await bags()):
                one.${Box2}area()
            for one in (bag for bag in await bags()):
                one.${Bag1}area()
            for inner in ((await box() for _ in [1]) for _ in [2]):
                async for one in inner:
                    one.${Box3}area()
    """,
    "asynchronous": """
        class Shelf:
            def __aiter__(self): return self
            async def __anext__(self): return Box()
        async def boxes():
            yield Box()
        async def f():
            async for box in Shelf():
                box.${Box1}area()
            async for box in boxes():
                box.${Box2}area()
            found = [box async for box in boxes()]
            found[0].${Box3}area()
    """,
}

LIBRARY = {
    "files": """
        #- main.py
        class Fake:
            def readline(self): ...
            def name(self): ...
        from pathlib import Path
        with open("x") as file:
            file.rea${nothing}dlinez()
        for line in open("x"):
            line.spl${nothing2}itz()
    """,
    "json and the like say nothing": """
        import json
        import operator
        json.loads("{}").${nothing1}area()
        json.loads("{}")["x"].${nothing2}area()
        operator.attrgetter("x")(Box()).${nothing3}area()
    """,
    "gather": """
        import asyncio
        async def box() -> Box: ...
        async def bag() -> Bag: ...
        async def f():
            a, b = await asyncio.gather(box(), bag())
            a.${Box1}area()
            b.${Bag1}area()
            task = asyncio.create_task(box())
            (await task).${Box2}area()
            (await asyncio.wait_for(box(), 3)).${Box3}area()
        asyncio.run(box()).${Box4}area()
    """,
    "exit stack": """
        from contextlib import ExitStack, closing, nullcontext, suppress
        class Room:
            def __enter__(self) -> Box: ...
            def __exit__(self, *args): ...
        with ExitStack() as stack:
            stack.enter_context(Room()).${Box1}area()
        with closing(Box()) as box:
            box.${Box2}area()
        with nullcontext(Bag()) as bag:
            bag.${Bag}area()
    """,
    "futures": """
        from concurrent.futures import ThreadPoolExecutor
        def make(n): return Box()
        with ThreadPoolExecutor() as pool:
            pool.submit(make, 1).result().${Box1}area()
            for box in pool.map(make, [1]):
                box.${Box2}area()
    """,
    "weak references, copies, queues, context variables": """
        import copy
        import weakref
        from contextvars import ContextVar
        from queue import Queue
        copy.copy(Box()).${Box1}area()
        copy.deepcopy([Box()])[0].${Box2}area()
        weakref.ref(Box())().${Box3}area()
        current: ContextVar[Box] = ContextVar("current")
        current.get().${Box4}area()
        def f(queue: "Queue[Box]"):
            queue.get().${Box5}area()
        weakref.WeakKeyDictionary[Bag, Box]()[1].${Box6}area()
    """,
    "weak references": """
        import weakref
        from weakref import proxy
        class Shelf:
            def __init__(self, box: Box):
                self.box, self.other = weakref.proxy(box), proxy(box)
                self.third = weakref.ref(box)
                self.named = weakref.WeakValueDictionary()
                self.named["x"] = box
                self.all = weakref.WeakSet()
                self.all.add(box)
            def f(self):
                self.box.${Box1}area()
                self.other.${Box2}area()
                self.third().${Box3}area()
                self.named["x"].${Box4}area()
                for each in self.named.values(): each.${Box5}area()
                for each in self.all: each.${Box6}area()
    """,
    "choices": """
        import random
        random.choice([Box()]).${Box1}area()
        random.sample([Box()], 1)[0].${Box2}area()
    """,
}

MADE = {
    "items of dict()": """
        made = dict({"x": Box(), "y": 1}, y=Bag())
        made["x"].${Box1}area()
        made["y"].${Bag1}area()
    """,
    "items of keywords that a function returns": """
        def options(**given): return given
        made = options(x=Box(), **{"y": Bag()})
        made["x"].${Box1}area()
        made["y"].${Bag1}area()
    """,
    "an item that the function replaces is not what was passed": """
        def options(**given):
            given["x"] = Bag()
            return given
        made = options(x=Box(), y=1)
        made["x"].${nothing}area()
    """,
}

CASES = {**DISPLAYS, **MADE, **FILLED, **ITERATION, **LIBRARY}


@pytest.mark.parametrize("name", CASES)
def test_containers(tmp_path: Path, name: str) -> None:
    check_types(tmp_path, CASES[name])
