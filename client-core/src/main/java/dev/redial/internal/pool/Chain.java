package dev.redial.internal.pool;

import org.jspecify.annotations.Nullable;

/**
 * A doubly linked list, oldest to newest, whose links belong to the elements, so that any of them
 * leaves in constant time and none costs an allocation. Confined to the pool's lock.
 */
final class Chain<T> {

  /** An element's place in at most one chain at a time. */
  static final class Link<T> {
    final T element;
    private @Nullable Link<T> older;
    private @Nullable Link<T> newer;
    private @Nullable Chain<T> chain;

    Link(T element) {
      this.element = element;
    }

    @Nullable Link<T> older() {
      return older;
    }

    @Nullable Link<T> newer() {
      return newer;
    }
  }

  private @Nullable Link<T> oldest;
  private @Nullable Link<T> newest;
  private int size;

  @Nullable Link<T> oldest() {
    return oldest;
  }

  @Nullable Link<T> newest() {
    return newest;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  boolean contains(Link<T> link) {
    return link.chain == this;
  }

  /** Adds at the newest end. */
  void add(Link<T> link) {
    if (link.chain != null) throw new IllegalStateException("already in a chain: " + link.element);
    link.chain = this;
    link.older = newest;
    if (newest == null) oldest = link;
    else newest.newer = link;
    newest = link;
    size++;
  }

  void remove(Link<T> link) {
    if (link.chain != this) throw new IllegalStateException("not in this chain: " + link.element);
    Link<T> before = link.older;
    Link<T> after = link.newer;
    if (before == null) oldest = after;
    else before.newer = after;
    if (after == null) newest = before;
    else after.older = before;
    link.older = null;
    link.newer = null;
    link.chain = null;
    size--;
  }
}
