/** Prometheus' own checker; tests that need it are left out where it is not on PATH. Debian has it in `prometheus`. */
import { spawnSync } from 'node:child_process'

const version = spawnSync('promtool', ['--version'])
export const hasPromtool = version.error === undefined && version.status === 0
