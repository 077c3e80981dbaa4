package dev.redial.jmh.guard;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The bounds in {@code bounds.properties}. */
final class Bounds {
  private static final Properties BOUNDS = load();

  private Bounds() {}

  /** What the figure with this name must not exceed. */
  static double of(String name) {
    String line = BOUNDS.getProperty(name);
    if (line == null) throw new IllegalArgumentException("no bound: " + name);
    return Double.parseDouble(line.substring(0, line.indexOf(' ')));
  }

  private static Properties load() {
    try (InputStream in = Bounds.class.getResourceAsStream("bounds.properties")) {
      Properties bounds = new Properties();
      bounds.load(in);
      return bounds;
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
