/** Where a request can go: origins, proxies, addresses. */
@NullMarked
package dev.redial.internal.route;

import org.jspecify.annotations.NullMarked;
