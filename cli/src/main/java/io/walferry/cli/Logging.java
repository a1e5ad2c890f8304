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
import org.slf4j.LoggerFactory;

/** Sends the log to the terminal: plain lines with the time, above the status line. */
final class Logging {
  private Logging() {}

  static void start(Terminal terminal, GlobalOptions options) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    TerminalAppender appender = new TerminalAppender(terminal, options.debug());
    appender.setContext(context);
    appender.start();
    ch.qos.logback.classic.Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    root.setLevel(options.quiet() ? Level.WARN : Level.INFO);
    if (options.verbose() || options.debug()) {
      context.getLogger("io.walferry").setLevel(Level.DEBUG);
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
      terminal.say(time + " " + level + event.getFormattedMessage());
      IThrowableProxy cause = event.getThrowableProxy();
      if (traces && cause != null) {
        terminal.say(ThrowableProxyUtil.asString(cause));
      }
    }
  }
}
