package dev.redial.tests.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.commons.support.AnnotationSupport.findRepeatableAnnotations;
import static org.junit.platform.commons.support.AnnotationSupport.isAnnotated;
import static org.junit.platform.commons.support.ReflectionSupport.findAllClassesInPackage;
import static org.junit.platform.commons.support.ReflectionSupport.findMethods;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/** Each point of the contract has tests, and docs/java-net-http.md names just these. */
class ContractPageTest {
  private static final Path PAGE = Path.of("..", "docs", "java-net-http.md");
  private static final String PREFIX = "contract-";
  private static final Pattern NAME = Pattern.compile("`(\\w+Test)?\\.?(\\w+)?`");

  /** The tests of each point by their tags, as class and method. */
  private static final Map<Integer, Set<String>> TAGGED = new TreeMap<>();

  /** The tests of each point as the page has them. */
  private static final Map<Integer, Set<String>> NAMED = new TreeMap<>();

  @BeforeAll
  static void read() throws IOException {
    for (Class<?> type :
        findAllClassesInPackage(
            ContractPageTest.class.getPackageName(),
            type -> true,
            name -> name.endsWith("ContractTest"))) {
      for (Method test : tests(type)) {
        for (int point : points(test))
          TAGGED.computeIfAbsent(point, p -> new TreeSet<>()).add(name(test));
      }
    }
    for (String line : Files.readAllLines(PAGE)) readRow(line);
  }

  static IntStream points() {
    return IntStream.rangeClosed(1, 60);
  }

  @ParameterizedTest
  @MethodSource("points")
  void aPointHasTestsAndThePageNamesThem(int point) {
    assertThat(TAGGED).containsKey(point);
    assertThat(NAMED.get(point)).isEqualTo(TAGGED.get(point));
  }

  @Test
  void everyContractTestIsForAPoint() {
    List<String> strays =
        findAllClassesInPackage(
                ContractPageTest.class.getPackageName(),
                type -> true,
                name -> name.endsWith("ContractTest"))
            .stream()
            .flatMap(type -> tests(type).stream())
            .filter(test -> points(test).isEmpty())
            .map(ContractPageTest::name)
            .toList();
    assertThat(strays).isEmpty();
    assertThat(TAGGED.keySet()).isSubsetOf(points().boxed().toList());
  }

  /** A row's last cell; a name without a class is of the class before it. */
  private static void readRow(String line) {
    Matcher row = Pattern.compile("\\| (\\d+)\\. .*\\|([^|]*)\\|").matcher(line);
    if (!row.matches()) return;
    Set<String> names = NAMED.computeIfAbsent(Integer.valueOf(row.group(1)), p -> new TreeSet<>());
    String type = "";
    for (Matcher name = NAME.matcher(row.group(2)); name.find(); ) {
      if (name.group(1) != null) type = name.group(1);
      if (name.group(2) != null) names.add(type + "." + name.group(2));
      else names.addAll(testsOf(type, Integer.parseInt(row.group(1))));
    }
  }

  /** A class that is named as a whole stands for its tests of that point. */
  private static List<String> testsOf(String type, int point) {
    return TAGGED.getOrDefault(point, Set.of()).stream()
        .filter(name -> name.startsWith(type + "."))
        .toList();
  }

  private static List<Method> tests(Class<?> type) {
    return findMethods(
        type,
        method -> isAnnotated(method, Test.class) || isAnnotated(method, ParameterizedTest.class),
        HierarchyTraversalMode.TOP_DOWN);
  }

  private static Set<Integer> points(Method test) {
    Set<Integer> points = new TreeSet<>();
    for (Tag tag : findRepeatableAnnotations(test, Tag.class)) add(points, tag);
    for (Tag tag : findRepeatableAnnotations(test.getDeclaringClass(), Tag.class)) add(points, tag);
    return points;
  }

  private static void add(Set<Integer> points, Tag tag) {
    if (tag.value().startsWith(PREFIX))
      points.add(Integer.valueOf(tag.value().substring(PREFIX.length())));
  }

  private static String name(Method test) {
    return test.getDeclaringClass().getSimpleName() + "." + test.getName();
  }
}
