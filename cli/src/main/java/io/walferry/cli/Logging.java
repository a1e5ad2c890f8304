package io.walferry.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Sends our log to the terminal, and that of libraries only if asked for: plain lines with the
 * time, above the status lines. Where several pipelines run, a line starts with the name of the one
 * whose thread logs it.
 */
final class Logging {
  private static final String PIPELINE = "pipeline";

  private Logging() {}

  static void start(Terminal terminal, GlobalOptions options) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    TerminalAppender appender = new TerminalAppender(terminal, options.debug());
    appender.setContext(context);
    appender.start();
    ch.qos.logback.classic.Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    // Libraries log each try to connect, settings, and values that a server has refused; what
    // ends a feed comes as an error of ours.
    root.setLevel(options.debug() ? Level.INFO : Level.OFF);
    context.getLogger("io.walferry").setLevel(ours(options));
  }

  private static Level ours(GlobalOptions options) {
    if (options.verbose() || options.debug()) {
      return Level.DEBUG;
    }
    return options.quiet() ? Level.WARN : Level.INFO;
  }

  /** Does some work of a pipeline; what this thread logs meanwhile carries the name, if any. */
  static void during(Optional<String> pipeline, Runnable work) {
    pipeline.ifPresent(name -> MDC.put(PIPELINE, name));
    try {
      work.run();
    } finally {
      MDC.remove(PIPELINE);
    }
  }

  private static final class TerminalAppender extends AppenderBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final Terminal terminal;
    private final boolean traces;

    TerminalAppender(Terminal terminal, boolean traces) {
      this.terminal = terminal;
      this.traces = traces;
    }

    @Override
    protected void append(ILoggingEvent event) {
      String level = event.getLevel().isGreaterOrEqual(Level.WARN) ? event.getLevel() + " " : "";
      String time = TIME.format(Instant.ofEpochMilli(event.getTimeStamp()));
      String pipeline = event.getMDCPropertyMap().get(PIPELINE);
      String name = pipeline == null ? "" : pipeline + ": ";
      terminal.say(time + " " + level + name + event.getFormattedMessage());
      IThrowableProxy cause = event.getThrowableProxy();
      if (traces && cause != null) {
        terminal.say(ThrowableProxyUtil.asString(cause));
      }
    }
  }
}
