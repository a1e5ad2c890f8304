@NullMarked
package io.walferry.cli;

import org.jspecify.annotations.NullMarked;
