@NullMarked
package io.walferry.sinks.sqlserver;

import org.jspecify.annotations.NullMarked;
