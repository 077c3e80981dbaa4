package dev.redial.jmh.report;

import dev.redial.jmh.BuildBenchmark;
import dev.redial.jmh.CallBenchmark;
import dev.redial.jmh.CallProfiler;
import dev.redial.jmh.Cores;
import dev.redial.jmh.ParserBenchmark;
import dev.redial.jmh.PoolBenchmark;
import dev.redial.jmh.ProbeBenchmark;
import dev.redial.jmh.Turns;
import dev.redial.jmh.WeightBenchmark;
import dev.redial.jmh.peer.PeerName;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * JMH. The clients of a case have their forks at the same time, and take {@link Turns}. The forks
 * of all rounds are put together as if JMH had run them in a row.
 */
final class Forks {
  static final String PARTS_LOG = "parts.log";

  private final Plan plan;
  private final Map<String, BenchmarkParams> benchmarks = new LinkedHashMap<>();
  private final Map<String, List<BenchmarkResult>> forks = new LinkedHashMap<>();

  Forks(Plan plan) {
    this.plan = plan;
    System.setProperty("jmh.ignoreLock", "true"); // several at once are meant
  }

  /** The log of a client's forks. */
  static String log(PeerName client) {
    return client.name().toLowerCase(Locale.ROOT) + ".log";
  }

  /**
   * Measures all clients in one case.
   *
   * @return a short account of each, or what made it fail
   */
  Map<PeerName, Outcome> run(Case one) throws IOException, InterruptedException {
    Map<PeerName, Future<RunResult>> running = new EnumMap<>(PeerName.class);
    Map<PeerName, Outcome> outcomes = new EnumMap<>(PeerName.class);
    try (Turns turns = new Turns(plan.clients().size());
        ExecutorService runners =
            Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      for (PeerName client : plan.clients())
        running.put(client, runners.submit(() -> run(one, client, turns)));
      for (PeerName client : plan.clients()) outcomes.put(client, outcome(running.get(client)));
    }
    return outcomes;
  }

  /**
   * What became of a measurement.
   *
   * @param text a short account
   * @param failed whether it says why there is no result
   */
  record Outcome(String text, boolean failed) {}

  private RunResult run(Case one, PeerName client, Turns turns)
      throws IOException, RunnerException {
    try (PrintStream log = appending(log(client))) {
      ChainedOptionsBuilder options =
          warmed(options(CallBenchmark.class, plan.cores(), List.of(turns.option())))
              .param("client", client.name())
              .param("exchange", one.exchange().name())
              .param("callers", Integer.toString(one.callers()))
              .measurementIterations(plan.turns())
              .operationsPerInvocation(one.step())
              .addProfiler(CallProfiler.class);
      return runner(options, log).runSingle();
    } finally {
      turns.left();
    }
  }

  private Outcome outcome(Future<RunResult> running) throws InterruptedException {
    try {
      RunResult result = running.get();
      add(List.of(result));
      return new Outcome(
          "%,.0f/s, %.1f us CPU, %,.0f B"
              .formatted(
                  result.getPrimaryResult().getScore(),
                  result.getSecondaryResults().get(CallProfiler.CPU).getScore(),
                  result.getSecondaryResults().get(CallProfiler.ALLOCATED).getScore()),
          false);
    } catch (ExecutionException e) {
      return new Outcome(e.getCause().toString().lines().findFirst().orElseThrow(), true);
    }
  }

  /** Measures the parts of Redial, and what it takes to have a client. */
  void parts() throws IOException, RunnerException {
    try (PrintStream log = appending(PARTS_LOG)) {
      parts(log);
    }
  }

  private void parts(PrintStream log) throws RunnerException {
    for (Class<?> part : List.of(PoolBenchmark.class, ProbeBenchmark.class, ParserBenchmark.class))
      add(runner(warmed(options(part, Cores.SHARED, List.of())), log).run());
    String[] clients =
        plan.clients().stream()
            .filter(client -> client != PeerName.FLOOR)
            .map(PeerName::name)
            .toArray(String[]::new);
    ChainedOptionsBuilder build =
        warmed(options(BuildBenchmark.class, Cores.SHARED, List.of())).param("client", clients);
    add(runner(build, log).run());
    ChainedOptionsBuilder weight =
        options(WeightBenchmark.class, Cores.SHARED, List.of()).param("client", clients);
    add(runner(weight, log).run());
  }

  /** Writes what was measured so far, in JMH's own JSON. */
  void write(Path file) throws IOException {
    List<RunResult> merged = new ArrayList<>();
    benchmarks.forEach((key, params) -> merged.add(new RunResult(params, forks.get(key))));
    try (PrintStream out = new PrintStream(file.toFile(), StandardCharsets.UTF_8)) {
      ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(merged);
    }
  }

  private PrintStream appending(String file) throws IOException {
    return new PrintStream(
        new FileOutputStream(plan.folder().resolve(file).toFile(), true),
        true,
        StandardCharsets.UTF_8);
  }

  private static Runner runner(ChainedOptionsBuilder options, PrintStream log) {
    return new Runner(
        options.build(), OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL));
  }

  private ChainedOptionsBuilder options(
      Class<?> benchmark, Cores cores, List<String> furtherOptions) {
    List<String> jvmOptions = new ArrayList<>(List.of("-Xms1g", "-Xmx4g"));
    jvmOptions.addAll(cores.clientOptions());
    jvmOptions.addAll(furtherOptions);
    return new OptionsBuilder()
        .include("^" + benchmark.getName().replace(".", "\\.") + "\\.")
        .forks(1)
        .measurementIterations(1)
        .measurementTime(TimeValue.milliseconds(plan.measurement().toMillis()))
        .jvmArgsAppend(jvmOptions.toArray(String[]::new))
        .shouldFailOnError(true);
  }

  /** In iterations of a second, so that pauses are nothing new when measuring begins. */
  private ChainedOptionsBuilder warmed(ChainedOptionsBuilder options) {
    return options
        .warmupIterations(Math.toIntExact(plan.warmup().toSeconds()))
        .warmupTime(TimeValue.seconds(1));
  }

  private void add(Collection<RunResult> results) {
    for (RunResult result : results) {
      BenchmarkParams params = result.getParams();
      String key = params.id();
      benchmarks.putIfAbsent(key, params);
      forks.computeIfAbsent(key, unused -> new ArrayList<>()).addAll(result.getBenchmarkResults());
    }
  }
}
