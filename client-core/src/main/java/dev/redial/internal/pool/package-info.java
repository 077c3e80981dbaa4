/**
 * Lends connections by route and takes them back exactly once; knows {@link
 * dev.redial.internal.pool.Poolable}, never a socket.
 *
 * <p>Start at {@link dev.redial.internal.pool.Pool}. All state is in {@code Books}, changed under
 * one lock; everything slow (opening, probing, closing, waking) is done by {@code Pool} and {@code
 * Reaper} outside of it. {@code IdleRule} decides which request may ride on which idle connection,
 * {@code IdleMemory} holds what the origins taught about that.
 */
@NullMarked
package dev.redial.internal.pool;

import org.jspecify.annotations.NullMarked;
