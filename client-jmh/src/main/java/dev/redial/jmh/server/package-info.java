/** The server that all clients are measured against, in a process of its own. */
package dev.redial.jmh.server;
