/** The servers that people run, one after the other through the same scenarios. */
package dev.redial.tests.servers;
