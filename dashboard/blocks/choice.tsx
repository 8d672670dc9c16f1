/** A labelled list of options, of which one holds. */

interface ChoiceProps<Value extends string> {
  label: string
  /** Whether the label is read aloud, and shown only to who points at the list. Default: no. */
  isUnseen?: boolean
  options: readonly (readonly [value: Value, name: string])[]
  value: Value
  choose: (value: Value) => void
}

export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, isUnseen = false, options, value, choose } = props
  return (
    <label>
      {isUnseen ? <span className="unseen">{label}</span> : label}
      <select
        value={value}
        title={isUnseen ? label : undefined}
        onChange={({ target }) => {
          const chosen = options.find(([option]) => option === target.value)
          if (chosen !== undefined) choose(chosen[0])
        }}
      >
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
