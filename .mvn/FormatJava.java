import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks, or with {@code --apply} restores, google-java-format on every Java source below a
 * directory.
 *
 * <p>The build runs it on the JDK it compiles with. Spotless would run the formatter in Maven's own
 * JVM, and on a Java 17 there neither a current google-java-format nor the pattern switches of Java
 * 21 are understood.
 */
final class FormatJava {
  private final Formatter formatter = new Formatter();

  public static void main(String[] args) throws IOException, FormatterException {
    boolean apply = args.length == 2 && args[0].equals("--apply");
    if (!apply && args.length != 1)
      throw new IllegalArgumentException("usage: [--apply] directory");
    Path root = Path.of(args[args.length - 1]);
    List<Path> sources = sourcesBelow(root);
    if (sources.isEmpty()) throw new IllegalStateException("no Java source below " + root);
    List<Path> unformatted = new FormatJava().unformatted(sources, apply);
    for (Path source : unformatted) {
      System.out.println((apply ? "formatted " : "not formatted: ") + root.relativize(source));
    }
    if (!apply && !unformatted.isEmpty()) {
      System.out.println("run: mvn -N validate -P format");
      System.exit(1);
    }
  }

  private static List<Path> sourcesBelow(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> isSource(root.relativize(file))).sorted().toList();
    }
  }

  private static boolean isSource(Path file) {
    if (!file.toString().endsWith(".java")) return false;
    for (Path part : file) {
      if (part.toString().equals("target") || part.toString().startsWith(".")) return false;
    }
    return true;
  }

  private List<Path> unformatted(List<Path> sources, boolean apply)
      throws IOException, FormatterException {
    List<Path> found = new ArrayList<>();
    for (Path source : sources) {
      String text = Files.readString(source);
      String formatted = formatted(source, text);
      if (formatted.equals(text)) continue;
      if (apply) Files.writeString(source, formatted);
      found.add(source);
    }
    return found;
  }

  private String formatted(Path source, String text) throws FormatterException {
    try {
      String imports = RemoveUnusedImports.removeUnusedImports(text);
      return formatter.formatSource(
          ImportOrderer.reorderImports(imports, JavaFormatterOptions.Style.GOOGLE));
    } catch (FormatterException e) {
      throw new IllegalStateException("cannot format " + source, e);
    }
  }
}
