#!/bin/sh
# Install Debian's Chromium where no browser is found. The names are those of harness.BROWSERS.
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null && exit 0
done
failed() {
  echo "No browser was found and $1. Install chromium or google-chrome, then run make browser again." >&2
  echo "没有找到浏览器，$2。请安装 chromium 或 google-chrome 后再运行 make browser。" >&2
  exit 1
}
command -v apt-get >/dev/null || failed "there is no apt-get to install one" "这里也没有 apt-get 可用来安装"
as_root=
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || failed "installing one needs root or sudo" "安装需要 root 或 sudo"
  as_root=sudo
fi
echo "Installing chromium … 正在安装 chromium……"
# Without a network the lists at hand may still do.
$as_root apt-get update -qq || true
$as_root apt-get install -y -qq --no-install-recommends chromium || failed "apt-get could not install one" "apt-get 未能安装"
