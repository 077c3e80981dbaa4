package dev.redial.jmh.report;

import dev.redial.jmh.BuildBenchmark;
import dev.redial.jmh.CallBenchmark;
import dev.redial.jmh.CallProfiler;
import dev.redial.jmh.Cores;
import dev.redial.jmh.ParserBenchmark;
import dev.redial.jmh.PoolBenchmark;
import dev.redial.jmh.ProbeBenchmark;
import dev.redial.jmh.WeightBenchmark;
import dev.redial.jmh.peer.PeerName;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * JMH, one fork at a time. The forks of all rounds are put together as if JMH had run them in a
 * row.
 */
final class Forks {
  static final String LOG = "jmh.log";

  private final Plan plan;
  private final PrintStream log;
  private final Map<String, BenchmarkParams> benchmarks = new LinkedHashMap<>();
  private final Map<String, List<BenchmarkResult>> forks = new LinkedHashMap<>();

  Forks(Plan plan) throws IOException {
    this.plan = plan;
    this.log = new PrintStream(plan.folder().resolve(LOG).toFile(), StandardCharsets.UTF_8);
    System.setProperty("jmh.ignoreLock", "true"); // two at once are the user's choice
  }

  /** Measures one client in one case; returns a short account of it. */
  String run(Case one, PeerName client) throws RunnerException {
    ChainedOptionsBuilder options =
        options(CallBenchmark.class, plan.cores())
            .param("client", client.name())
            .param("exchange", one.exchange().name())
            .param("callers", Integer.toString(one.callers()))
            .operationsPerInvocation(one.step())
            .addProfiler(CallProfiler.class);
    RunResult result = runner(options).runSingle();
    add(List.of(result));
    return "%,.0f/s, %.1f us CPU, %,.0f B"
        .formatted(
            result.getPrimaryResult().getScore(),
            result.getSecondaryResults().get(CallProfiler.CPU).getScore(),
            result.getSecondaryResults().get(CallProfiler.ALLOCATED).getScore());
  }

  /** Measures the parts of Redial, and what it takes to have a client. */
  void parts() throws RunnerException {
    for (Class<?> part : List.of(PoolBenchmark.class, ProbeBenchmark.class, ParserBenchmark.class))
      add(runner(options(part, Cores.SHARED)).run());
    String[] clients =
        plan.clients().stream()
            .filter(client -> client != PeerName.FLOOR)
            .map(PeerName::name)
            .toArray(String[]::new);
    for (Class<?> weight : List.of(BuildBenchmark.class, WeightBenchmark.class))
      add(runner(options(weight, Cores.SHARED).param("client", clients)).run());
  }

  /** Writes what was measured so far, in JMH's own JSON. */
  void write(Path file) throws IOException {
    List<RunResult> merged = new ArrayList<>();
    benchmarks.forEach((key, params) -> merged.add(new RunResult(params, forks.get(key))));
    try (PrintStream out = new PrintStream(file.toFile(), StandardCharsets.UTF_8)) {
      ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(merged);
    }
  }

  private Runner runner(ChainedOptionsBuilder options) {
    return new Runner(
        options.build(), OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL));
  }

  private ChainedOptionsBuilder options(Class<?> benchmark, Cores cores) {
    List<String> jvmOptions = new ArrayList<>(List.of("-Xms1g", "-Xmx4g"));
    jvmOptions.addAll(cores.clientOptions());
    return new OptionsBuilder()
        .include("^" + benchmark.getName().replace(".", "\\.") + "\\.")
        .forks(1)
        .warmupIterations(1)
        .warmupTime(TimeValue.milliseconds(plan.warmup().toMillis()))
        .measurementIterations(1)
        .measurementTime(TimeValue.milliseconds(plan.measurement().toMillis()))
        .jvmArgsAppend(jvmOptions.toArray(String[]::new))
        .shouldFailOnError(true);
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
