package dev.redial.internal.policy;

import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublisher;

/**
 * What is known of a body publisher by its class alone: those of the JDK keep their word, of any
 * other nothing is taken for granted.
 */
public enum BodyKind {
  /** Holds its octets: publishes at once, never waits, and as often as it is asked to. */
  IN_MEMORY,
  /** Reads a file: publishes as often as it is asked to, but may wait for the disk. */
  FILE,
  /** May wait, block, fail, and be good for one subscription only. */
  UNKNOWN;

  private static final Module JAVA_NET_HTTP = HttpClient.class.getModule();

  private static final ClassValue<BodyKind> KNOWN =
      new ClassValue<>() {
        @Override
        protected BodyKind computeValue(Class<?> type) {
          return type.getModule() == JAVA_NET_HTTP ? ofJdk(type.getName()) : UNKNOWN;
        }
      };

  /**
   * Looks at the class of a publisher, and calls nothing of it.
   *
   * @param publisher the caller's
   * @return what may be relied upon
   */
  public static BodyKind of(BodyPublisher publisher) {
    return KNOWN.get(publisher.getClass());
  }

  /**
   * Whether the body can be published again.
   *
   * @return false if nobody knows
   */
  public boolean publishesAgain() {
    return this != UNKNOWN;
  }

  /** Those that go through a caller's iterator, stream or publisher are as unknown as it is. */
  private static BodyKind ofJdk(String name) {
    return switch (name.substring(name.lastIndexOf('$') + 1)) {
      case "ByteArrayPublisher", "StringPublisher", "EmptyPublisher" -> IN_MEMORY;
      case "FilePublisher" -> FILE;
      default -> UNKNOWN;
    };
  }
}
