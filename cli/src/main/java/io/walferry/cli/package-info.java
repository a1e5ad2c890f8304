/** The command line: the only place that knows every module and puts them together. */
@NullMarked
package io.walferry.cli;

import org.jspecify.annotations.NullMarked;
