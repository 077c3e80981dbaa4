/** Benchmarks of the client beside other clients. */
package dev.redial.jmh;
