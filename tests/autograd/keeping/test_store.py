"""A store: what was made for a key comes back, the last used stay, and nothing is kept for None."""

import threading

from autograd.keeping import Store


def test_the_least_recently_used_goes_first():
    """Each thing takes 1,000 and its size; the newest stays whatever it takes."""
    store, made = Store(room=3000), []

    def kept(key, size=0):
        return store.kept(key, size, lambda: made.append(key) or key)

    for key in "abc":
        assert kept(key) == key
    assert kept("a") == "a"  # which is used again, so b is the oldest
    kept("d")
    assert made == ["a", "b", "c", "d"]
    kept("a"), kept("c"), kept("d")
    assert made == ["a", "b", "c", "d"]
    kept("b")
    assert made[4:] == ["b"]
    kept("large", 10_000)
    kept("large", 10_000)
    assert made[5:] == ["large"]
    store.clear()
    kept("large", 10_000)
    assert made[6:] == ["large"]


def test_no_key_is_like_no_other():
    store = Store(room=3000)
    assert store.kept(None, 0, object) is not store.kept(None, 0, object)


def test_threads_that_ask_at_once_get_something_each():
    """Two may both make it; later ones get what is kept."""
    store, found = Store(room=10_000), []
    ask = lambda: found.append(store.kept("key", 0, lambda: [1.0]))  # noqa: E731
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[1.0]] * 8
    assert store.kept("key", 0, list) is store.kept("key", 0, list)
