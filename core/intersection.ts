/** What belongs to all members of a union: options, settings and sentences are added up from those of the pipelines. */
export type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never
