package dev.redial.jmh.report;

import dev.redial.jmh.Cores;
import dev.redial.jmh.Exchange;
import dev.redial.jmh.peer.PeerName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What to measure, and for how long.
 *
 * @param cases in this order
 * @param clients in turn, in each case
 * @param parts whether Redial's parts are measured too, and what clients weigh
 * @param time in which another round has to end as far as can be told, or it is not begun
 * @param warmup of each client, in each case, in each round
 * @param turns how often each is measured then
 * @param measurement for how long each time
 * @param cores whether client and server are kept apart
 * @param folder where the results go
 * @param publish the folder whose page and pictures are replaced, if any
 */
record Plan(
    List<Case> cases,
    List<PeerName> clients,
    boolean parts,
    Duration time,
    Duration warmup,
    int turns,
    Duration measurement,
    Cores cores,
    Path folder,
    Optional<Path> publish) {
  static final String HELP =
      """
      Compares HTTP clients, in rounds, until the time is up; one round at least. All clients of a
      case are there at once, each in a JVM with a heap of 1 to 4 GB, and take turns.

        --cases LIST     of get, tls, post, bytes, file, stream, connect, origins, many_origins, spread,
                         parts (of Redial: pool, probe, parser; and the weight of clients); or all
                         (default: get)
        --callers LIST   only these numbers of callers
        --clients LIST   of floor, redial, jdk, apache, okhttp, jetty, reactor, helidon, ahc
                         (default: all of them)
        --minutes N      how long; no round is begun that would take longer, but the first (default: 15)
        --warmup N       seconds of warm-up of each client, in each case, in turns as well (default: 15)
        --turns N        how often each client is measured in each case of a round (default: 10)
        --measure N      seconds of each measurement (default: 1)
        --shared-cores   do not keep client and server on cores of their own
        --folder PATH    where the results go (default: target/benchmarks)
        --publish PATH   the folder of documentation whose benchmarks.md, and pictures, are replaced too
      """;

  static Plan of(String... args) {
    Set<Exchange> exchanges = EnumSet.of(Exchange.GET);
    Set<Integer> callers = Set.of();
    List<PeerName> clients = List.of(PeerName.values());
    boolean parts = false;
    Duration time = Duration.ofMinutes(15);
    Duration warmup = Duration.ofSeconds(15);
    int turns = 10;
    Duration measurement = Duration.ofSeconds(1);
    Cores cores = Cores.best();
    Path folder = Path.of("target", "benchmarks");
    Optional<Path> publish = Optional.empty();
    for (int i = 0; i < args.length; i++) {
      if (i == args.length - 1 && !args[i].equals("--shared-cores"))
        throw new IllegalArgumentException("no such option, or without a value: " + args[i]);
      switch (args[i]) {
        case "--shared-cores" -> cores = Cores.SHARED;
        case "--cases" -> {
          Set<String> names = Set.copyOf(names(args[++i]));
          exchanges = exchanges(names);
          parts = names.contains("PARTS") || names.contains("ALL");
        }
        case "--callers" ->
            callers = Set.copyOf(names(args[++i]).stream().map(Integer::valueOf).toList());
        case "--clients" -> clients = names(args[++i]).stream().map(PeerName::valueOf).toList();
        case "--minutes" -> time = Duration.ofMinutes(Long.parseLong(args[++i]));
        case "--warmup" -> warmup = Duration.ofSeconds(Long.parseLong(args[++i]));
        case "--turns" -> turns = Integer.parseInt(args[++i]);
        case "--measure" -> measurement = Duration.ofSeconds(Long.parseLong(args[++i]));
        case "--publish" -> publish = Optional.of(Path.of(args[++i]));
        case "--folder" -> folder = Path.of(args[++i]);
        default -> throw new IllegalArgumentException("no such option: " + args[i]);
      }
    }
    List<Case> cases = cases(exchanges, callers);
    if (cases.isEmpty() && !parts)
      throw new IllegalArgumentException("no case has so many callers: " + callers);
    return new Plan(
        cases, clients, parts, time, warmup, turns, measurement, cores, folder, publish);
  }

  private static Set<Exchange> exchanges(Set<String> names) {
    if (names.contains("ALL")) return EnumSet.allOf(Exchange.class);
    Set<Exchange> exchanges = EnumSet.noneOf(Exchange.class);
    for (String name : names) if (!name.equals("PARTS")) exchanges.add(Exchange.valueOf(name));
    return exchanges;
  }

  private static List<Case> cases(Set<Exchange> exchanges, Set<Integer> callers) {
    List<Case> cases = new ArrayList<>();
    for (Exchange exchange : exchanges) cases.addAll(Case.of(exchange));
    if (!callers.isEmpty()) cases.removeIf(one -> !callers.contains(one.callers()));
    return cases;
  }

  private static List<String> names(String list) {
    return Arrays.asList(list.toUpperCase(Locale.ROOT).split(",", -1));
  }
}
