package io.walferry.testkit.process;

import io.walferry.testkit.internal.Command;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Describes a child JVM; each method returns this builder. Used by one thread.
 *
 * <p>A child of a test lives for seconds, so it compiles with C1 only and collects with one thread;
 * options that are given come later and win.
 */
public final class ChildJvmBuilder {
  private final String mainClass;
  private final List<String> jvmOptions = new ArrayList<>();
  private final List<String> arguments = new ArrayList<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private String classPath = System.getProperty("java.class.path");

  ChildJvmBuilder(String mainClass) {
    this.mainClass = mainClass;
  }

  public ChildJvmBuilder arguments(String... words) {
    arguments.addAll(List.of(words));
    return this;
  }

  /** Options before the main class, such as {@code -Xmx64m} or {@code -Dname=value}. */
  public ChildJvmBuilder jvmOptions(String... options) {
    jvmOptions.addAll(List.of(options));
    return this;
  }

  /** Passes the parent's value of each of these system properties on, where it is set. */
  public ChildJvmBuilder inheritProperties(String... names) {
    for (String name : names) {
      if (System.getProperties().containsKey(name)) {
        jvmOptions.add("-D" + name + "=" + System.getProperty(name));
      }
    }
    return this;
  }

  /** Adds to the parent's environment. */
  public ChildJvmBuilder environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Replaces the parent's class path. */
  public ChildJvmBuilder classPath(String newClassPath) {
    classPath = newClassPath;
    return this;
  }

  public ChildJvm start() {
    var words = new ArrayList<>(unignoredInterrupt());
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // The lines are read as UTF-8 here, whatever the locale is.
    words.addAll(List.of("-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8"));
    words.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    words.addAll(jvmOptions);
    words.addAll(List.of("-cp", classPath, mainClass));
    words.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().putAll(environment);
    return ChildJvm.start(builder);
  }

  /** A build that runs in the background ignores SIGINT, and its children would inherit that. */
  private static List<String> unignoredInterrupt() {
    List<String> prefix = List.of("env", "--default-signal=INT");
    var trial = new ArrayList<>(prefix);
    trial.add("true");
    return Command.run(trial).succeeded() ? prefix : List.of();
  }
}
