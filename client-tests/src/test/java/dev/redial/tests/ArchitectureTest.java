package dev.redial.tests;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.redial.RedialClient;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Channel;
import java.nio.channels.Selector;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The arrows between the packages of the client: who may import whom.
 *
 * <p>Every package may use the values and failures of {@code dev.redial}. A new internal package
 * fails here until its arrows are drawn in {@link #arrows()}.
 */
final class ArchitectureTest {
  private static final String INTERNAL = "dev.redial.internal.";

  private static JavaClasses client;

  @BeforeAll
  static void importTheClient() {
    client =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackagesOf(RedialClient.class);
  }

  /** Each internal package, and the internal packages it may use. */
  static Stream<Arguments> arrows() {
    return Stream.of(
        arguments("call", List.of("policy", "route", "pool", "connection")),
        arguments("policy", List.of()),
        arguments("route", List.of()),
        arguments("pool", List.of()),
        arguments("connection", List.of("http1", "body", "wire")),
        arguments("http1", List.of()),
        arguments("body", List.of()),
        arguments("wire", List.of()));
  }

  @ParameterizedTest
  @MethodSource("arrows")
  void anInternalPackageUsesOnlyWhatItsArrowsPointAt(String from, List<String> to) {
    noClasses()
        .that()
        .resideInAPackage(INTERNAL + from)
        .should()
        .dependOnClassesThat(internalButNot(Stream.concat(Stream.of(from), to.stream())))
        .allowEmptyShould(true)
        .check(client);
  }

  @ParameterizedTest
  @MethodSource("arrows")
  void anInternalPackageNeverNamesTheClientItself(String from, List<String> to) {
    noClasses()
        .that()
        .resideInAPackage(INTERNAL + from)
        .should()
        .dependOnClassesThat(theClientItself())
        .allowEmptyShould(true)
        .check(client);
  }

  @Test
  void everyInternalPackageHasItsArrows() {
    classes()
        .that()
        .resideInAPackage("dev.redial..")
        .should()
        .resideInAnyPackage(
            Stream.concat(Stream.of("dev.redial"), internal(arrows().map(this::origin)))
                .toArray(String[]::new))
        .check(client);
  }

  @Test
  void nothingPublicButTheClientItselfNamesAnInternalPackage() {
    noClasses()
        .that()
        .resideInAPackage("dev.redial")
        .and(not(theClientItself()))
        .should()
        .dependOnClassesThat(resideInAPackage(INTERNAL + "."))
        .check(client);
  }

  @Test
  void theClientItselfNamesOnlyTheCall() {
    noClasses()
        .that(theClientItself())
        .should()
        .dependOnClassesThat(internalButNot(Stream.of("call")))
        .check(client);
  }

  @Test
  void onlyTheWireTouchesChannelsAndTls() {
    noClasses()
        .that()
        .resideOutsideOfPackage(INTERNAL + "wire")
        .should()
        .dependOnClassesThat(
            assignableTo(Channel.class)
                .or(assignableTo(Selector.class))
                .or(assignableTo(Socket.class))
                .or(assignableTo(ServerSocket.class))
                .or(assignableTo(SSLEngine.class)))
        .check(client);
  }

  private static DescribedPredicate<JavaClass> internalButNot(Stream<String> allowed) {
    String[] packages = internal(allowed).toArray(String[]::new);
    return resideInAPackage(INTERNAL + ".")
        .and(not(resideInAnyPackage(packages)))
        .as("internal classes outside %s", Arrays.toString(packages));
  }

  private static Stream<String> internal(Stream<String> names) {
    return names.map(name -> INTERNAL + name);
  }

  private static DescribedPredicate<JavaClass> theClientItself() {
    return DescribedPredicate.describe(
        "RedialClient and its nested classes",
        type ->
            type.getName().equals(RedialClient.class.getName())
                || type.getName().startsWith(RedialClient.class.getName() + "$"));
  }

  private String origin(Arguments arrow) {
    return (String) arrow.get()[0];
  }
}
