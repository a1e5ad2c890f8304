@NullMarked
package io.walferry.apply;

import org.jspecify.annotations.NullMarked;
