/** The machine and the versions behind the figures. */
import { spawnSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { postgresPrograms } from '../local/postgres-programs.ts'
import { temporalExecutable } from '../local/temporal-binary.ts'
import { toolsDir } from './bench-stack.ts'

const BYTES_PER_GB = 1e9

/** One line a fact. */
export async function machineFacts(): Promise<Record<string, string>> {
  const { postgres } = await postgresPrograms()
  return {
    cores: `${cpus().length} (${cpus()[0]?.model.trim() ?? 'unknown'})`,
    memory: `${Math.round(totalmem() / BYTES_PER_GB)} GB`,
    system: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    postgresql: versionOf(postgres),
    temporal: versionOf(temporalExecutable(toolsDir)),
  }
}

function versionOf(program: string): string {
  return spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.trim()
}
