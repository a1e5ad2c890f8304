package io.walferry.testkit.postgres;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What is fixed when a cluster is created by initdb. */
record ClusterOptions(
    Optional<Path> dataDirectory, Optional<String> password, List<String> initdbArguments) {
  ClusterOptions {
    initdbArguments = List.copyOf(initdbArguments);
  }
}
