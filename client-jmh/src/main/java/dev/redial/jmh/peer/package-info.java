/** The clients that are compared, each behind the same small interface. */
package dev.redial.jmh.peer;
