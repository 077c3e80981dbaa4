/**
 * What programs rely on in java.net.http, point by point: the same test body is run against the
 * JDK's client, so that the claim is known to be true, and against this one.
 */
package dev.redial.tests.contract;
