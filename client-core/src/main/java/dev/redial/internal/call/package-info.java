/** The one loop that carries a request to its answer: plan, lend, exchange, decide. */
@NullMarked
package dev.redial.internal.call;

import org.jspecify.annotations.NullMarked;
