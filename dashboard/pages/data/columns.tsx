/** What the columns of a data set mean. */
import { useSharedWords } from '../../preferences.tsx'
import type { DataSetEntry } from './selection.ts'

export function ColumnHelp({ set }: { set: DataSetEntry }) {
  const say = useSharedWords()
  return (
    <details className="panel">
      <summary>
        <h2>{say('data.columns')}</h2>
      </summary>
      <div className="scroll" tabIndex={0} role="region" aria-label={say('data.columns')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say('data.column')}</th>
              <th scope="col">{say('data.type')}</th>
              <th scope="col">{say('data.unit')}</th>
              <th scope="col">{say('data.meaning')}</th>
            </tr>
          </thead>
          <tbody>
            {set.columns.map(({ name, type, unit, meaning }) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td>{say(`type.${type}`)}</td>
                <td>{unit ?? '–'}</td>
                <td>{meaning}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
