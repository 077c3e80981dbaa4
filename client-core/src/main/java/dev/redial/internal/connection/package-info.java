/** Opens connections and carries one exchange at a time over each. */
@NullMarked
package dev.redial.internal.connection;

import org.jspecify.annotations.NullMarked;
