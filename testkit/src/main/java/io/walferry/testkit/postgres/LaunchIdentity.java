package io.walferry.testkit.postgres;

import io.walferry.testkit.internal.Command;
import io.walferry.testkit.internal.FileTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** As whom the server's programs run: PostgreSQL refuses uid 0. */
enum LaunchIdentity {
  /** As the user who runs the JVM. */
  SAME_USER,
  /** For root: in a user namespace in which root is nobody; files stay root's. */
  USER_NAMESPACE,
  /** For root where user namespaces are not allowed: as nobody, who then owns the data. */
  NOBODY;

  private static final int ROOT_ID = 0;
  private static final int NOBODY_ID = 65534;

  static LaunchIdentity detect() {
    if (!Command.runsAsRoot()) {
      return SAME_USER;
    }
    return Command.run(List.of("unshare", "-U", "true")).succeeded() ? USER_NAMESPACE : NOBODY;
  }

  /** The words before the program; they replace themselves by it, so its pid is the child's. */
  List<String> prefix() {
    return switch (this) {
      case SAME_USER -> List.of();
      case USER_NAMESPACE -> List.of("unshare", "-U");
      case NOBODY ->
          List.of("setpriv", "--reuid=" + NOBODY_ID, "--regid=" + NOBODY_ID, "--clear-groups");
    };
  }

  /** Makes the directory tree the identity's own, whichever of root's two identities had it. */
  void own(Path directory) throws IOException {
    switch (this) {
      case SAME_USER -> {}
      case USER_NAMESPACE -> FileTree.own(directory, ROOT_ID);
      case NOBODY -> FileTree.own(directory, NOBODY_ID);
    }
  }
}
