/** Runs the benchmarks of all clients in turn, and makes tables and pictures of the results. */
package dev.redial.jmh.report;
