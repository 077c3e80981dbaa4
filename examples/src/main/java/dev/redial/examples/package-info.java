/** Small programs that show how the client is used. */
@NullMarked
package dev.redial.examples;

import org.jspecify.annotations.NullMarked;
