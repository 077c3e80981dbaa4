/** Frameworks that take an HttpClient or its builder, run unchanged over Redial. */
package dev.redial.tests.frameworks;
