package io.walferry.testkit.internal;

/** What differs from one kind of server to another in its lives. */
public interface ServerProgram {
  ServerLog log();

  /** Launches a process that will listen on the port. */
  ServerProcess launch(int port);

  /** Whether the process accepts connections by now. */
  boolean isReady(ServerProcess process);

  /** Words in the log of a server whose port another process has. */
  String portTaken();

  /** Removes what a process that was killed could not remove. */
  void removeRemains();
}
