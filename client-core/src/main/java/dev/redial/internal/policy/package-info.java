/** Decisions without I/O: from a request and what came of it to what happens next. */
@NullMarked
package dev.redial.internal.policy;

import org.jspecify.annotations.NullMarked;
