import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { modelFiles, type ServableModel } from '../../../../activities/crypto-forecast/mlflow-model.ts'

const MODEL: ServableModel = {
  features: ['price', 'macd_signal'],
  medians: [1, 2],
  means: [0.1 + 0.2, 1e-300],
  scales: [3, 4],
  coefficients: [-1.5, 0],
  intercept: 7,
}
const ABOUT = {
  crypto: 'bitcoin',
  horizon: '1h',
  version: 'ridge-1',
  createdMs: Date.parse('2026-11-21T10:00:00Z'),
}

/** What is served by these files is tested with a real MLflow in tests/integration/mlflow.test.ts. */
describe('the files of a model', () => {
  it('model files hold every number to the last digit, and what the model is of', () => {
    const files = modelFiles(MODEL, ABOUT)
    expect(JSON.parse(files['model/model.json'] ?? '')).toEqual({
      ...MODEL,
      crypto: 'bitcoin',
      horizon: '1h',
      version: 'ridge-1',
      created: '2026-11-21T10:00:00.000Z',
    })
    expect(files['features_used.txt']).toBe('price\nmacd_signal\n')
  })

  it('model files name only files that exist', () => {
    const files = modelFiles(MODEL, ABOUT)
    const { flavors } = parse(files['model/MLmodel'] ?? '') as {
      flavors: {
        python_function: { code: string; data: string; loader_module: string; env: Record<string, string> }
      }
    }
    const { code, data, env, loader_module: loader } = flavors.python_function
    for (const file of [data, `${code}/${loader}.py`, ...Object.values(env), 'requirements.txt'])
      expect(Object.keys(files)).toContain(`model/${file}`)
  })

  it('model files are the same for the same model', () => {
    expect(modelFiles(MODEL, ABOUT)).toEqual(modelFiles(structuredClone(MODEL), { ...ABOUT }))
  })

  it.each<[string, Partial<ServableModel>]>([
    ['lacks a coefficient', { coefficients: [1] }],
    ['has a scale too many', { scales: [1, 2, 3] }],
    ['has a mean that is not a number', { means: [NaN, 1] }],
    ['has an endless intercept', { intercept: Infinity }],
  ])('makes no files of a model that %s', (_, broken) => {
    expect(() => modelFiles({ ...MODEL, ...broken }, ABOUT)).toThrow(/model for MLflow/)
  })
})
