package dev.redial.examples.race;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the server saw: which request it executed how often, and on how many connections each client
 * came. Survives the restarts of the server.
 */
final class ServerRecord {

  private final Map<RequestId, AtomicInteger> executions = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> connections = new ConcurrentHashMap<>();

  void executed(RequestId id) {
    executions.computeIfAbsent(id, key -> new AtomicInteger()).incrementAndGet();
  }

  void connected(String client) {
    connections.computeIfAbsent(client, key -> new AtomicInteger()).incrementAndGet();
  }

  /** How many requests of this client and method were executed more than once. */
  int repeated(String client, String method) {
    return (int)
        executions.entrySet().stream()
            .filter(entry -> entry.getKey().client().equals(client))
            .filter(entry -> entry.getKey().method().equals(method))
            .filter(entry -> entry.getValue().get() > 1)
            .count();
  }

  /** How many executions there were for this client, repeated ones included. */
  int executed(String client) {
    return executions.entrySet().stream()
        .filter(entry -> entry.getKey().client().equals(client))
        .mapToInt(entry -> entry.getValue().get())
        .sum();
  }

  /** On how many connections requests of this client came. */
  int connections(String client) {
    AtomicInteger count = connections.get(client);
    return count == null ? 0 : count.get();
  }
}
