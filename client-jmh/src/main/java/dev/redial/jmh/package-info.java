/** Benchmarks of the client beside the client of the JDK. */
package dev.redial.jmh;
