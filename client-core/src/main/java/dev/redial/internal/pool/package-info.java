/**
 * Lends connections by route and takes them back exactly once; knows {@link
 * dev.redial.internal.pool.Poolable}, never a socket.
 *
 * <p>Start at {@link dev.redial.internal.pool.Pool}. All state is in {@code Books}, who has which
 * connection and who waits, and under it in {@code Berths}, each step of one; {@code Clerk} lets
 * one thread at a time at them. Everything slow (opening, probing, closing, waking) is done by
 * {@code Boarding}, {@code Clerk} and {@code Reaper} outside the lock. {@code IdleRule} decides
 * which request may ride on which idle connection, {@code IdleMemory} holds what the origins taught
 * about that.
 */
@NullMarked
package dev.redial.internal.pool;

import org.jspecify.annotations.NullMarked;
