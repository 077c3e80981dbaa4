package dev.redial.tests.kit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Apache httpd with the event MPM. */
public final class ApacheHttpd extends RealServer {
  private static final Path MODULES = Path.of("/usr/lib/apache2/modules");

  private ApacheHttpd(LaunchedProcess process, int port, Path executionLog) {
    super(process, port, executionLog);
  }

  /** The directive that loads one more module. */
  public static String loading(String module) {
    return "LoadModule " + module + "_module " + MODULES + "/mod_" + module + ".so\n";
  }

  /** Skips the test unless Apache httpd is installed. */
  public static void assumeInstalled() {
    LaunchedProcess.assumeInstalled("apache2");
    assumeTrue(Files.isDirectory(MODULES), "Apache httpd has no modules, so this test is skipped");
  }

  /** Starts it with these further lines; it serves {@code /file.txt}, which says {@code ok}. */
  public static ApacheHttpd start(Path folder, String lines) throws IOException {
    return start(folder, LaunchedProcess.freePort(), lines);
  }

  /** The same on a given port. */
  public static ApacheHttpd start(Path folder, int port, String lines) throws IOException {
    assumeInstalled();
    Path program = LaunchedProcess.assumeInstalled("apache2");
    Files.createDirectories(folder.resolve("docs"));
    Files.writeString(folder.resolve("docs/file.txt"), "ok");
    Path config = folder.resolve("httpd.conf");
    Files.writeString(config, config(folder, port, lines));
    List<String> command = List.of(program.toString(), "-f", config.toString(), "-DFOREGROUND");
    return new ApacheHttpd(
        LaunchedProcess.start(folder, port, command), port, folder.resolve("executions.log"));
  }

  private static String config(Path folder, int port, String lines) {
    return """
    ServerRoot "%1$s"
    ServerName 127.0.0.1
    Listen 127.0.0.1:%2$d
    PidFile "%1$s/httpd.pid"
    DefaultRuntimeDir "%1$s"
    LoadModule mpm_event_module %3$s/mod_mpm_event.so
    LoadModule authz_core_module %3$s/mod_authz_core.so
    ErrorLog "%1$s/error.log"
    LogFormat "id %%{X-Request-Id}i" executions
    CustomLog "%1$s/executions.log" executions
    DocumentRoot "%1$s/docs"
    <Directory "%1$s/docs">
      Require all granted
    </Directory>
    %4$s
    """
        .formatted(folder, port, MODULES, lines);
  }
}
