package io.walferry.bench.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What the figures were measured on.
 *
 * @param loadAverage of the minute before the benchmark began; a quiet machine has nearly 0
 */
record Machine(
    int processors,
    String processor,
    long memoryBytes,
    String kernel,
    String java,
    double loadAverage) {
  static Machine detect() throws IOException {
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        field("/proc/cpuinfo", "model name"),
        Long.parseLong(field("/proc/meminfo", "MemTotal").replaceAll("\\D", "")) << 10,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  /** In one line. */
  void print(PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%d processors (%s), %,d MB, %s, %s, load average %.2f%n",
        processors,
        processor,
        memoryBytes / 1_000_000,
        kernel,
        java,
        loadAverage);
  }

  private static String field(String file, String name) throws IOException {
    List<String> lines = Files.readAllLines(Path.of(file));
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("0");
  }
}
