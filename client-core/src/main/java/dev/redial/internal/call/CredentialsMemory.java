package dev.redial.internal.call;

import dev.redial.internal.policy.AuthRule.Asker;
import dev.redial.internal.policy.Credentials;
import dev.redial.internal.route.Route;
import java.net.URI;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The credentials that one client has seen accepted, by who asked and where. Bounded: the least
 * recently used are forgotten.
 */
final class CredentialsMemory {
  /** A path may hold an id, so there may be any number of directories. */
  private static final int MOST = 1_000;

  private static final int NONCE_OCTETS = 16;

  /**
   * Where credentials hold: RFC 7617, section 2.2, for a server's directory and all below it.
   *
   * @param asker who asked
   * @param authority the server, or the proxy
   * @param directory ends in a slash; a proxy has but one
   */
  private record Space(Asker asker, Object authority, String directory) {}

  private final SecureRandom random;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Space, Credentials> known = new LinkedHashMap<>(16, 0.75f, true);
  private volatile boolean used;

  CredentialsMemory(SecureRandom random) {
    this.random = random;
  }

  /** A text that nobody can guess. */
  String clientNonce() {
    byte[] octets = new byte[NONCE_OCTETS];
    random.nextBytes(octets);
    return HexFormat.of().formatHex(octets);
  }

  /** What is to be sent without being asked for. */
  Optional<Credentials> find(Asker asker, Route route, URI uri) {
    if (!used) return Optional.empty();
    Object authority = authority(asker, route);
    lock.lock();
    try {
      String directory = directory(asker, uri);
      while (true) {
        Credentials found = known.get(new Space(asker, authority, directory));
        if (found != null) return Optional.of(found);
        if (directory.length() <= 1) return Optional.empty();
        directory = directory.substring(0, directory.lastIndexOf('/', directory.length() - 2) + 1);
      }
    } finally {
      lock.unlock();
    }
  }

  void keep(Asker asker, Route route, URI uri, Credentials credentials) {
    lock.lock();
    try {
      Credentials unused =
          known.put(new Space(asker, authority(asker, route), directory(asker, uri)), credentials);
      if (known.size() > MOST) known.remove(known.keySet().iterator().next());
      used = true;
    } finally {
      lock.unlock();
    }
  }

  /** Forgets refused credentials wherever they are kept; others that came in between stay. */
  void forget(Credentials refused) {
    lock.lock();
    try {
      known.values().removeIf(kept -> kept == refused);
    } finally {
      lock.unlock();
    }
  }

  static Object authority(Asker asker, Route route) {
    return asker == Asker.PROXY ? String.valueOf(route.proxy()) : route.origin();
  }

  private static String directory(Asker asker, URI uri) {
    @Nullable String path = uri.getRawPath();
    if (asker == Asker.PROXY || path == null) return "/";
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "/" : path.substring(0, slash + 1);
  }
}
