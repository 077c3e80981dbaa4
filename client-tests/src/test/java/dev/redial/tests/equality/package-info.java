/** One program, run with the JDK's client and with Redial: the results are equal. */
package dev.redial.tests.equality;
