/**
 * Redial is an HTTP/1.1 client behind {@link java.net.http.HttpClient} that ends the keep-alive
 * race.
 *
 * <p>Start at {@link dev.redial.RedialClient}. What can go wrong is listed by {@link
 * dev.redial.ExchangeFailure}.
 */
@NullMarked
package dev.redial;

import org.jspecify.annotations.NullMarked;
