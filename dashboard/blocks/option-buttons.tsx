/** A few options side by side, of which one holds. */

interface OptionButtonsProps<Value extends string> {
  /** What is chosen, for those who do not see what stands around. */
  label: string
  options: readonly (readonly [value: Value, name: string])[]
  value: Value
  choose: (value: Value) => void
}

export function OptionButtons<Value extends string>({
  label,
  options,
  value,
  choose,
}: OptionButtonsProps<Value>) {
  return (
    <span className="buttons" role="group" aria-label={label}>
      {options.map(([option, name]) => (
        <button
          key={option}
          type="button"
          aria-pressed={option === value}
          onClick={() => {
            choose(option)
          }}
        >
          {name}
        </button>
      ))}
    </span>
  )
}
