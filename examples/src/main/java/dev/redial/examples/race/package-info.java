/**
 * The keep-alive race, run live: the same load through the JDK's {@code HttpClient} and through
 * Redial, at the same time, against the same server.
 *
 * <p>{@link dev.redial.examples.race.Main} is the program. {@link
 * dev.redial.examples.race.DemoServer} is the server it calls unless it is given another one,
 * {@link dev.redial.examples.race.Load} the traffic, {@link dev.redial.examples.race.Report} the
 * table at the end.
 */
@NullMarked
package dev.redial.examples.race;

import org.jspecify.annotations.NullMarked;
