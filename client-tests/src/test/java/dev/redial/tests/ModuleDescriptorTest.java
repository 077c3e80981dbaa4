package dev.redial.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.RedialClient;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the client shows as a module: one package, and no need of anything but the JDK. */
final class ModuleDescriptorTest {

  @Test
  void oneUnqualifiedPackageIsExportedAndNothingIsOpened() throws URISyntaxException {
    ModuleDescriptor module = module();

    assertThat(module.exports())
        .singleElement()
        .returns("dev.redial", Exports::source)
        .returns(false, Exports::isQualified);
    assertThat(module.opens()).isEmpty();
    assertThat(module.isOpen()).isFalse();
  }

  @Test
  void onlyTheJdkIsRequiredAtRunTime() throws URISyntaxException {
    assertThat(module().requires())
        .filteredOn(requires -> !requires.modifiers().contains(Requires.Modifier.STATIC))
        .extracting(Requires::name)
        .allMatch(name -> name.startsWith("java.") || name.startsWith("jdk."));
  }

  @Test
  void theModuleOfTheImplementedApiComesAlong() throws URISyntaxException {
    assertThat(module().requires())
        .filteredOn(requires -> requires.name().equals("java.net.http"))
        .singleElement()
        .returns(Set.of(Requires.Modifier.TRANSITIVE), Requires::modifiers);
  }

  @Test
  void theNullnessAnnotationsAreNeededOnlyToCompile() throws URISyntaxException {
    assertThat(module().requires())
        .filteredOn(requires -> requires.name().equals("org.jspecify"))
        .singleElement()
        .returns(Set.of(Requires.Modifier.STATIC), Requires::modifiers);
  }

  private static ModuleDescriptor module() throws URISyntaxException {
    Path client =
        Path.of(RedialClient.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    return ModuleFinder.of(client).find("dev.redial").orElseThrow().descriptor();
  }
}
